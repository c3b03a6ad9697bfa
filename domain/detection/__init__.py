"""Finding fabricated entries (虚假填写, R-33) without accusing the innocent.

Rules on the log choose whom to call, calls make the evidence, a human decides (design page
`detection.md`). Everything here is a pure function on plain data: the same records give the same
figures bit for bit, in the service, in a worker and in `shilu detect`.

`records` what comes in · `visit_log` the same as columns · `remarks` near-copies · `signals` what
does not fit · `suspicion` an agent beside the colleagues · `evidence` what calls prove · `ladder`
when a human is asked · `judgement` all of it for a branch · `visit_risk`, `call_choice` whom to
call next · `fake_rate` how much of a branch is made up · `sentences` items in plain words.
"""
