# help.sh: the program explains itself: examples first, every default, man pages and completion, all from one table.
. "$(dirname "$0")/../tap.sh"

run hourglass
ok 'hourglass alone exits with 0' [ "$status" = 0 ]
ok 'and shows examples before commands' sh -c "grep -n -e ^Examples -e ^Commands out | head -1 | grep -q Examples"
ok 'and says nothing on standard error' [ ! -s err ]
cp out alone
run hourglass --help
ok 'hourglass --help is the same text' cmp -s out alone
run hourglass --version
ok 'hourglass --version is one line' lines out 1

commands=$(sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p' alone)
ok 'ten commands and more are listed' [ "$(echo "$commands" | wc -l)" -ge 10 ]
for command in $commands; do
    run hourglass "$command" --help
    ok "$command --help exits with 0" [ "$status" = 0 ]
    ok "$command --help shows examples first" [ "$(sed -n 3p out)" = Examples ]
    ok "$command --help stays within 100 columns" sh -c "! grep -E '.{101}' out"
    cp out by-flag
    run hourglass help "$command"
    ok "help $command is the same text" cmp -s out by-flag
    ok "no option of $command is there twice" sh -c "! grep -oE '^  (-., )?--[a-z0-9-]+' out | sed 's/.*--//' | sort | uniq -d | grep ."
    run hourglass help --man "$command"
    ok "the man page of $command has its four parts" sh -c \
        "grep -q '^.TH' out && grep -q '^.SH \"NAME\"' out && grep -q '^.SH \"SYNOPSIS\"' out && grep -q '^.SH \"EXAMPLES\"' out"
    if command -v groff >/dev/null; then
        cp out page.1
        run groff -man -Tutf8 -Kutf8 -ww page.1
        ok "groff sets the man page of $command without a warning" [ ! -s err ]
    fi
done
for name in list fetch info show; do
    run hourglass data $name --help
    ok "data $name --help exits with 0" [ "$status" = 0 ]
done
for name in list show plan ops; do
    run hourglass models $name --help
    ok "models $name --help exits with 0" [ "$status" = 0 ]
done

run hourglass train --help
ok 'a default is shown' has out 'passes over the training data [20]'
ok 'the choices of an option are shown' has out 'adam, adamw, sgd, rmsprop'
ok 'the words of --augment are shown' has out 'rotate=DEG'
run hourglass help --man
ok 'hourglass(1) names every page' [ "$(grep -c '^.BR hourglass.*(1)$' out)" = "$(echo "$commands" | wc -l)" ]

run hourglass help train --json
ok 'help --json is one document' python3 -c 'import json; assert "Examples" in json.load(open("out"))["text"]'

for shell in bash zsh fish; do
    run hourglass completion $shell
    cp out completion.$shell
    ok "completion for $shell knows the commands and the options" sh -c "grep -q reconstruct out && grep -q weight-decay out"
    if command -v $shell >/dev/null; then
        run $shell -n completion.$shell
        ok "$shell can read it" [ "$status" = 0 ]
    fi
done
complete_in_bash() # WORD…: what bash offers for the last word
{
    bash -c '. ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hourglass; echo "${COMPREPLY[*]}"' bash hourglass "$@"
}
ok 'bash completes a command' [ "$(complete_in_bash rec)" = reconstruct ]
ok 'bash completes a sub-command' [ "$(complete_in_bash data fe)" = fetch ]
ok 'bash completes an option' [ "$(complete_in_bash train --weight)" = --weight-decay ]
ok 'bash completes an option of a sub-command' [ "$(complete_in_bash data show --aug)" = --augment ]
ok 'bash completes a choice' [ "$(complete_in_bash train --optimizer rms)" = rmsprop ]
ok 'bash completes a choice behind =' [ "$(complete_in_bash train --optimizer = ad)" = 'adam adamw' ]
ok 'also where = does not part words' [ "$(complete_in_bash train --optimizer=rm)" = --optimizer=rmsprop ]
touch mn.idx convolution.hg
ok 'bash completes data sets besides files' [ "$(complete_in_bash train mn)" = 'mnist mnist-sample mn.idx' ]
ok 'bash completes presets besides files' [ "$(complete_in_bash train --model conv)" = 'conv convolution.hg' ]
ok 'bash completes presets for models plan' [ "$(complete_in_bash models plan de)" = deep ]
ok 'bash completes data sets to fetch, and no files' [ "$(complete_in_bash data fetch mn)" = 'mnist mnist-sample' ]
ok 'bash completes commands for help' [ "$(complete_in_bash help rep)" = report ]
ok 'bash completes shells for completion' [ "$(complete_in_bash completion z)" = zsh ]
ok 'zsh offers the same' sh -c "grep -q 'compadd -- mnist fashion-mnist mnist-sample; _files' completion.zsh &&
    grep -q -e '--model=.*compadd -- conv deep pool vae sharp smooth rateless; _files' completion.zsh && grep -q -e '--optimizer=.*(adam adamw' completion.zsh"
ok 'and keeps an apostrophe' has completion.zsh "a run'\''s report"
ok 'fish offers the same' sh -c "grep -q -e '-l model -r -a .conv deep pool vae sharp smooth rateless.' completion.fish && grep -q -e '-a .mnist fashion-mnist' completion.fish"
ok 'and keeps an apostrophe, too' has completion.fish "a run\\'s report"
