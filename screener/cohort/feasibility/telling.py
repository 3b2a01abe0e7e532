"""A feasibility study as JSON and as a page that needs no network."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from screener.cohort.feasibility.model import Feasibility
from screener.cohort.feasibility.pictures import curve, effects, funnel


def as_json(study: Feasibility) -> str:
    """The study as one JSON object; the keys are the names of `screener.cohort.feasibility.model`."""
    data: dict[str, Any] = asdict(study)
    data["as_of"] = study.as_of.isoformat()
    data["sweeps"] = [
        {**sweep, "points": [{"limit": one["limit"], **one["verdicts"]} for one in sweep["points"]]}
        for sweep in data["sweeps"]
    ]
    return json.dumps(data, ensure_ascii=False, indent=1)


def page(study: Feasibility) -> str:
    """The study as a page with its pictures."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("screener.cohort.feasibility", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    curves = [curve(one, study.verdicts) for one in study.sweeps]
    return template.render(study=study, funnel=funnel(study), effects=effects(study), curves=curves)
