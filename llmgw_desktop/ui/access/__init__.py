"""Access: what waits for a person, who has access, what was decided and changed."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.page import Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps, in_steps


def _make(tools: PageTools) -> Steps[QWidget]:
    from llmgw_desktop.ui.access.page import AccessPage
    from llmgw_desktop.ui.questions.arming import CHOICES_MS, arm_after_ms, keep_arm_after_ms

    settings, links = tools.settings, tools.links
    page = yield from in_steps(
        AccessPage,
        tools.container.oversight,
        tools.container.pocket,
        tools.bridge,
        tools.theme,
        delays=[(ms, ms == arm_after_ms(settings)) for ms in CHOICES_MS],
        on_delay=lambda chosen: keep_arm_after_ms(settings, chosen),
    )
    page.question_wanted.connect(links.question_wanted)
    page.job_wanted.connect(links.job_wanted)
    page.devices.setting_wanted.connect(links.setting_wanted)
    page.said.connect(links.said)
    page.change_wanted.connect(lambda wish: tools.changer.make(wish))
    tools.changer.settled.connect(page.rules.read)
    return page


PAGE = Page(
    key="access",
    title="Access",
    icon="access",
    shortcut="Ctrl+8",
    place=11,
    reads=(
        f"{__name__}.page",
        "llmgw_desktop.ui.questions.arming",
    ),
    use_case="oversight",
    make=_make,
)
