"""The section of a scenario for beliefs: how far views of the policy path lie apart, and what moves them."""

from typing import Any, Literal

from agents.beliefs import Anchor
from experiments.sections.section import Section, declared


class Beliefs(Section):
    """Views of the policy rate that differ between institutions."""

    disagreement_bp: float = declared(
        0.0,
        "bp",
        "off; about 25 between the quartiles of dealers' paths a year ahead (New York Fed, Survey of Primary Dealers, "
        "2024; from memory, low confidence)",
        "standard deviation between institutions of the policy rate that they expect beyond guidance; 0: no views",
        ge=0,
        le=500,
    )
    anchor: Literal["own", "guidance", "none"] = declared(
        "own", "mode", "a modelling choice", "what a view returns to: one's own first one, the guidance, or nothing"
    )
    days: float = declared(60.0, "business days", "a guess: a quarter", "in which it returns there", gt=0, le=1e6)
    reading_error: float = declared(
        0.1, "ratio", "a guess", "own error in reading news, over the move of the short end", ge=0, le=2
    )
    learning: float = declared(
        0.02,
        "bp per $m/bp",
        "a guess: as dealers learn from the books",
        "what the flow that each sees adds",
        ge=0,
        le=10,
    )

    def set_habits(self, agent: Any) -> None:
        """Give an institution views, if the scenario has any."""
        if self.disagreement_bp > 0 and agent.declares("disagreement"):
            agent.disagreement = self.disagreement_bp
            agent.belief_anchor = float(Anchor[self.anchor.upper()])
            agent.belief_days, agent.reading_error = self.days, self.reading_error
            agent.path_learning = self.learning
            agent.form_view()
