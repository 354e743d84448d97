"""The joint assessment: asked for, each party's signed part of it, and the plan and next step that it ends in."""
