"""python -m tsunagu"""

from tsunagu.cli import app

if __name__ == "__main__":
    app()
