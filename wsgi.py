"""What a WSGI server loads: `granian --interface wsgi wsgi:app`."""

import sys

from survey import create_app
from survey.base.store import own_key

#: seconds after which a thread that computes lets another go on: an upload being read must not hold up a rater
sys.setswitchinterval(0.0005)
app = create_app()
with app.app_context():
    own_key.require_own()
