"""How a posting ends: it lasts longer, is called back, goes home, is handed over and put away."""
