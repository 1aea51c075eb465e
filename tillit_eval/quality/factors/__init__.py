"""Does the model of factors fit, and how much of each item is shared?"""
