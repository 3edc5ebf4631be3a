"""The parties of an application: who applies, who acts, how their parts are read and tried out."""
