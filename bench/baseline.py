"""A rating form written as the tutorials say: Flask-WTF, a session, the ORM. Only for comparison."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, redirect, render_template_string
from flask_wtf import FlaskForm
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

PAGE = """<!doctype html><html lang="zh-Hans"><title>办事评价</title><h1>省教育厅</h1>
<form method="post">{{ form.csrf_token }}{{ form.level }}{{ form.text }}<button>提交</button></form></html>"""
LEVELS = [("5", "非常满意"), ("4", "满意"), ("3", "基本满意"), ("2", "不满意"), ("1", "非常不满意")]


class Base(DeclarativeBase):
    pass


class Rating(Base):
    """An answer."""

    __tablename__ = "rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]


class RatingForm(FlaskForm):
    level = RadioField(choices=LEVELS, validators=[InputRequired()])
    text = TextAreaField()


app = Flask(__name__)
app.secret_key = "only for comparison"  # noqa: S105  # guards nothing
engine = create_engine(
    f"sqlite:///{Path(os.environ.get('BASELINE_FOLDER', '.')) / 'baseline.db'}", connect_args={"timeout": 30}
)


@event.listens_for(engine, "connect")
def _as_durable_as_ours(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a driver's connection
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")


Base.metadata.create_all(engine)


@app.route("/", methods=["GET", "POST"])
def rate() -> object:
    form = RatingForm()
    if form.validate_on_submit():
        with Session(engine) as session:
            session.add(Rating(level=int(form.level.data), text=form.text.data, at=datetime.now(UTC)))
            session.commit()
        return redirect("/thanks")
    return render_template_string(PAGE, form=form)


@app.get("/thanks")
def thanks() -> str:
    return "<!doctype html><title>谢谢</title><h1>谢谢</h1>"
