"""python -m services.matching"""

from services.matching.app import NAME, build
from services.matching.settings import MatchingSettings
from shared import logs, settings
from shared.process import start

if __name__ == "__main__":
    read = settings.read(MatchingSettings)
    logs.configure(NAME, read.log_level)
    start(lambda: build(read))
