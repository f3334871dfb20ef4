"""python -m services.notify"""

from services.notify.app import NAME, build
from services.notify.settings import NotifySettings
from shared import logs, settings
from shared.process import start

if __name__ == "__main__":
    read = settings.read(NotifySettings)
    logs.configure(NAME, read.log_level)
    start(lambda: build(read))
