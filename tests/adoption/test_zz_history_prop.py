import os
import time
from decimal import Decimal

from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from sqlglot import select

from adoption import facts
from adoption import history
from adoption.extensions import db
from adoption.history import questions
from rules import period
from tests import reference
from tests.adoption.test_same_answer import histories
from tests.adoption.test_same_answer import live

N=int(os.environ.get("N","40"))
T=[0,0,0,0]
from contextlib import contextmanager
import traceback
@contextmanager
def logged():
    try: yield
    except BaseException: print(traceback.format_exc()[-1500:],flush=True); raise
@settings(max_examples=N, phases=(Phase.generate,Phase.shrink))
@given(histories())
def test_verify_clean(new_app, drawn):
    world, steps = drawn
    t0=time.time()
    with new_app(os.environ.get("DBK","sqlite")), logged():
        live(world, steps)
        t1=time.time()
        d=history.verify()
        assert d.clean, "\n".join(d.lines())
        t2=time.time()
        known=facts.current()
        with questions.opened() as hist:
            for key in known.timelines.metrics:
                for per in period.KINDS:
                    got={(key,known.holder_name(h),period.text(per,p)):Decimal(int(v))/10000 for h,p,v in hist.engine.rows(hist.metric_tallies(key,per))}
                    want={k:v for k,v in reference.tallies(world,per,key).items() if v}
                    assert got==want
            got=set()
            for key in known.timelines.incentives:
                for due in hist.due(key):
                    for h,p,n in hist.engine.rows(select("holder","period","due").from_(due.relation)):
                        for o in range(1,n+1): got.add((key,due.version.starts,known.holder_name(h),period.text(due.version.incentive.per,p),o))
        want={(k,s.toordinal(),h,p,o) for k,s,h,p,o in reference.awards(world)}
        assert got==want
        db.session.rollback()
    t3=time.time()
    T[0]+=t1-t0;T[1]+=t2-t1;T[2]+=t3-t2;T[3]+=1
    print([round(x,1) for x in T],flush=True)
