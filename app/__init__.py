"""The chat window, and the only place where everything meets."""

import os

# Gradio and the hub's client read these when they are first imported, and would otherwise call home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
