"""Panels of models: asked as jobs, their verdicts read, compared, judged and put under seal."""
