"""Everything that comes with the program and is made by it: one module a kind, one command for all.

``python -m gdviz.build_assets`` makes what is missing of every kind and removes what nothing asks for any more;
``python -m gdviz.build_assets KIND [NAME ...]`` makes the named ones again, ``--list`` says what there is.
The numbers of the program decide all of it, so it is made again when those change on purpose.
"""
