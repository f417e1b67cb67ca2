"""The region's figures: what is offered, what is asked, where it does not meet."""
