"""Changing an assistant's folder of files by gestures: text first, the graph read from it, every change undoable."""
