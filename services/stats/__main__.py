"""python -m services.stats"""

from services.stats.app import NAME, build
from services.stats.settings import StatsSettings
from shared import logs, settings
from shared.process import start

if __name__ == "__main__":
    read = settings.read(StatsSettings)
    logs.configure(NAME, read.log_level)
    start(lambda: build(read))
