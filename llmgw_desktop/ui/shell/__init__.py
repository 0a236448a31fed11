"""What the program does beside its pages: tray, notices, questions, jobs, stores; and the shell
that joins them."""
