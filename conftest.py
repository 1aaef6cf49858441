"""What is not installed is not collected: datatrove is an extra."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("datatrove") else ["cleaner/datatrove.py", "cleaner/site/stages.py"]
