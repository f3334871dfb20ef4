"""python -m services.matching"""

from shared.process import main

if __name__ == "__main__":
    main("matching")
