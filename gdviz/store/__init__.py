"""What the program keeps on disk: content-addressed bytes in one folder of its own."""

from gdviz.store.scenes import SceneStore as SceneStore
from gdviz.store.scenes import default_root as default_root
