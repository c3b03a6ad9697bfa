"""Invented branches with the truth beside them: to test detection, and to plan a call budget.

Nothing here is a person or was measured on one; docs/simulator.md says what is assumed and why.
Every type of agent has honest bad habits (rounded hours, short or repeated remarks, typing the
week up on Friday, mistyped numbers and dates), so that a habit alone never marks a fabricator.

`kinds` what sorts of branches there are · `people` agents and customers · `diary` what happened
and what was logged · `inventing` how made-up visits look, by style · `answers` what customers say
when called · `branch` all of it, in the rows of the interchange format.
"""
