"""What the desk can be asked, by the command line, the server and the pages."""
