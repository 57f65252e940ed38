"""The screen: one folder a page over `shared` and `map_component`. app.py opens them."""
