"""The theorem of guidance in pieces that can be looked at: one computation a file, objects in, frozen records out.

Everything rests on f_t(x) = E[f(X_0) | X_t = x], with f = r where reward is sought and f = 1/r (for a label 1/p(c | x)) where
cost is avoided: a martingale along the unguided path, and by Ito's formula on a guided one

    E f_t(Y_t) = E f(Y^0) +- w Int E[ omega |grad f_t|^2 / f_t ] du,        du = d log alpha_bar        (MATH section 2).
"""
