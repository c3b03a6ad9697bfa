"""The demo branch: invented people and some weeks of work, made from a seed.

Nobody in it is real: names are put together from syllables, and the phone numbers begin with 100,
which no mobile number in China does, so that nobody is ever called by mistake.
"""

from shilu.demo.making import LOGINS_FILE, DemoMade, demo_is_there, make_demo

__all__ = ["LOGINS_FILE", "DemoMade", "demo_is_there", "make_demo"]
