"""python -m services.intake"""

from shared.process import main

if __name__ == "__main__":
    main("intake")
