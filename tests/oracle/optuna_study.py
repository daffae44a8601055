"""A study file of Hourglass by Optuna, for cli/tune.sh.

optuna_study.py tables FILE     whether FILE has the tables that Optuna makes: prints what differs
optuna_study.py best FILE       the best value and its trial's parameters
optuna_study.py continue FILE N asks for N more trials, whose value is the learning rate
Exit status 77: Optuna is not here.
"""
import sqlite3
import sys
import tempfile

try:
    import optuna
except ImportError:
    sys.exit(77)

what, path = sys.argv[1:3]
optuna.logging.set_verbosity(optuna.logging.ERROR)


def tables(file):
    database = sqlite3.connect(file)
    names = sorted(name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    pragmas = "table_info", "index_list", "foreign_key_list"
    return {(name, pragma): database.execute(f"PRAGMA {pragma}({name})").fetchall()
            for name in names for pragma in pragmas}


def objective(trial):
    trial.suggest_int("z", 8, 32)
    trial.suggest_categorical("batch", [64, 128])
    value = trial.suggest_float("lr", 1e-3, 1e-2, log=True)
    trial.report(value, 1)
    return value


if what == "tables":
    with tempfile.TemporaryDirectory() as folder:
        optuna.create_study(storage=f"sqlite:///{folder}/own.db")
        own, theirs = tables(f"{folder}/own.db"), tables(path)
        for key in own:
            if own[key] != theirs.get(key):
                print(*key, own[key], theirs.get(key))
    sys.exit()
study = optuna.load_study(study_name="hourglass", storage=f"sqlite:///{path}")
if what == "continue":
    study.optimize(objective, n_trials=int(sys.argv[3]))
print(f"{study.best_value:.6g}", *(f"{name}={value}" for name, value in sorted(study.best_params.items())))
