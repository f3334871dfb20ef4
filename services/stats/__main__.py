"""python -m services.stats"""

from shared.process import main

if __name__ == "__main__":
    main("stats")
