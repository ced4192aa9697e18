"""What the room `units` stores."""

from survey.database import Base
from sqlalchemy.orm import Mapped, mapped_column


class Unit(Base):
    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
