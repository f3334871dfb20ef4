"""python -m services.notify"""

from shared.process import main

if __name__ == "__main__":
    main("notify")
