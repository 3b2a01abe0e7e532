"""The coordinator's memory at work: runs that remember, answers that stay, what changed since the last run and why.

Public: `screening.RememberedScreening`, `answers.AnswerBook`, `replay.replayed`, `snapshot` (facts as they are stored).
"""
