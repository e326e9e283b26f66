"""The shell of one call: its inbox, its listening and answering halves, and what it attends to beside turns."""
