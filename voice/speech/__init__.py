"""From what is to be said to what was heard: sentences, rendering ahead, playback, and which words were played."""
