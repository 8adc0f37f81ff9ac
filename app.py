"""Start Parley: ``python app.py``."""

from app.cli import main

if __name__ == "__main__":
    main()
