// tests/pch/test_pch.cpp - Only there so that the precompiled headers of the tests are made.
