"""python -m services.intake"""

from services.intake.app import NAME, build
from services.intake.settings import IntakeSettings
from shared import logs, settings
from shared.process import start

if __name__ == "__main__":
    read = settings.read(IntakeSettings)
    logs.configure(NAME, read.log_level)
    start(lambda: build(read))
