"""How the tables came to be as they are; run by the controller itself at every start."""
