"""Pages: the public board, signed downloads, and the frame every page is drawn in. Pages show, services do."""
