"""HTTP for people: one blueprint per audience, in English, Russian and Chinese, usable without JavaScript.

To add a page: a view that states ``@permission("…", door=SESSION)``, a template that extends ``base.html``, its
messages in the catalogues, and a line in ``tests/browser`` so that it is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.pages import about
from adoption.pages import answering
from adoption.pages import asking
from adoption.pages import audit_columns as audit_columns  # its views belong to the blueprint of ``audits``
from adoption.pages import audit_files as audit_files  # the same
from adoption.pages import audit_rows as audit_rows  # the same
from adoption.pages import audits
from adoption.pages import boards
from adoption.pages import bonus
from adoption.pages import bonus_by_hand
from adoption.pages import bonus_figures
from adoption.pages import bonus_payroll
from adoption.pages import bonus_plans
from adoption.pages import bonus_runs
from adoption.pages import book
from adoption.pages import book_builder as book_builder  # its views belong to the blueprint of ``book``
from adoption.pages import book_drafts as book_drafts  # the same
from adoption.pages import book_files as book_files  # the same
from adoption.pages import budgets
from adoption.pages import channels
from adoption.pages import counter
from adoption.pages import devices
from adoption.pages import digest
from adoption.pages import digest_log as digest_log  # its views belong to the blueprint of ``digest``
from adoption.pages import directors
from adoption.pages import dry_run
from adoption.pages import effect
from adoption.pages import evidence_pages
from adoption.pages import feeds
from adoption.pages import flag_queue
from adoption.pages import frame
from adoption.pages import help_list
from adoption.pages import home
from adoption.pages import journal_pages
from adoption.pages import letters
from adoption.pages import letters_out
from adoption.pages import me
from adoption.pages import my_letters
from adoption.pages import ownership
from adoption.pages import packs
from adoption.pages import people
from adoption.pages import people_calendar
from adoption.pages import people_changes
from adoption.pages import people_lists
from adoption.pages import people_managers as people_managers  # its views belong to the blueprint of ``people_changes``
from adoption.pages import people_strangers
from adoption.pages import people_teams
from adoption.pages import people_waves
from adoption.pages import plan_changes as plan_changes  # its views belong to the blueprint of ``bonus_plans``
from adoption.pages import practice
from adoption.pages import privacy
from adoption.pages import privacy_settings
from adoption.pages import quests
from adoption.pages import rewards
from adoption.pages import roles
from adoption.pages import rollout
from adoption.pages import rollout_quests as rollout_quests  # its views belong to the blueprint of ``rollout``
from adoption.pages import sign_in
from adoption.pages import sources
from adoption.pages import sources_deliveries
from adoption.pages import sources_mapping
from adoption.pages import stand_ins
from adoption.pages import start
from adoption.pages import stops
from adoption.pages import team
from adoption.pages import timetable
from adoption.pages import tokens
from adoption.pages import value
from adoption.pages import why
from adoption.pages import workbooks

if TYPE_CHECKING:
    from flask import Blueprint
    from flask import Flask

PAGES: tuple[Blueprint, ...] = (
    frame.bp,
    sign_in.bp,
    home.bp,
    why.bp,
    boards.bp,
    rewards.bp,
    me.bp,
    evidence_pages.bp,
    flag_queue.bp,
    team.bp,
    about.bp,
    bonus.bp,
    bonus_plans.bp,
    bonus_runs.bp,
    bonus_figures.bp,
    bonus_by_hand.bp,
    bonus_payroll.bp,
    people_lists.bp,
    people_strangers.bp,
    people.bp,
    people_changes.bp,
    people_teams.bp,
    people_waves.bp,
    people_calendar.bp,
    book.bp,
    counter.bp,
    devices.bp,
    sources.bp,
    sources_deliveries.bp,
    sources_mapping.bp,
    tokens.bp,
    letters.bp,
    letters_out.bp,
    timetable.bp,
    digest.bp,
    my_letters.bp,
    directors.bp,
    packs.bp,
    start.bp,
    dry_run.bp,
    effect.bp,
    journal_pages.bp,
    roles.bp,
    rollout.bp,
    quests.bp,
    value.bp,
    practice.bp,
    stand_ins.bp,
    stops.bp,
    budgets.bp,
    privacy.bp,
    privacy_settings.bp,
    audits.bp,
    ownership.bp,
    channels.bp,
    feeds.bp,
    workbooks.bp,
    asking.bp,
    answering.bp,
    help_list.bp,
)


def init_app(app: Flask) -> None:
    """Mount every page."""
    app.extensions["pages"] = {page.name for page in PAGES}
    frame.init_app(app)
    for page in PAGES:
        app.register_blueprint(page)
