"""Reading, checking and compiling the written files, with every fault and its line."""
