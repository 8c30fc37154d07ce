"""What the program keeps on disk: content-addressed bytes in one folder of its own."""

from gdviz.store.cap import Entry as Entry
from gdviz.store.cap import entries as entries
from gdviz.store.cap import evict as evict
from gdviz.store.cap import leftovers as leftovers
from gdviz.store.files import default_root as default_root
from gdviz.store.files import read_at_most as read_at_most
from gdviz.store.files import write_file as write_file
from gdviz.store.folders import FolderStore as FolderStore
from gdviz.store.scenes import SceneStore as SceneStore
