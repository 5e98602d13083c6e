// Only there so that its precompiled header is made.
