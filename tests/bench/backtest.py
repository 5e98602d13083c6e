#!/usr/bin/env python3
"""backtest: readings a second out of the store through other rules on one core, and its ratio to the engine's."""
import os
import sys

from bench_lib import TOOLS

os.execv(TOOLS / "bench_backtest", ["bench_backtest", *sys.argv[1:]])
