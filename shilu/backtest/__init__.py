"""Past weeks again as if they were live: what would detection have said, and when? (`shilu backtest`)

`play` lets detection choose its calls in a simulated branch, or replays the calls of a folder ·
`outcome` what it came to beside the truth · `statistics` intervals · `report` the goals of
detection.md, section 6, as a table.
"""
