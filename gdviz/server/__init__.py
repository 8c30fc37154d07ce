"""The web server: who may ask, what every answer carries, the scene bytes, and Streamlit behind all of it."""

from gdviz.server.address import free_port
from gdviz.server.hosts import for_this_machine_only
from gdviz.server.scene_route import SERVED_BY_ROUTE, store
from gdviz.server.serving import create_app, serve

__all__ = ["SERVED_BY_ROUTE", "create_app", "for_this_machine_only", "free_port", "serve", "store"]
