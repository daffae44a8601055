# terminal.sh: what people see who have a terminal, narrow or without UTF-8.
. "$(dirname "$0")/../tap.sh"
export HOURGLASS_DATA=$PWD/cache TERM=xterm-256color

cat >terminal.py <<'END'
# terminal.py COLUMNS COMMAND…: all that the command writes to a terminal so wide.
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try: block = os.read(fd, 65536)
    except OSError: break
    if not block: break
    os.write(1, block)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END

run python3 terminal.py 80 hourglass data show mnist-sample
ok 'a terminal shows digits as half blocks' has out ▀
run env LC_ALL=C python3 terminal.py 80 hourglass data show mnist-sample
ok 'but not where the locale is not UTF-8' sh -c "[ $status = 0 ] && ! grep -q ▀ out && ! grep -q '$(printf '\033')' out"
run python3 terminal.py 40 hourglass train mnist-sample --model deep --limit 300 --epochs 2 --out runs/narrow
tr '\r' '\n' <out | sed "s/$(printf '\033')\[[0-9;]*[mK]//g" >lines
ok 'a terminal of 40 columns shows the rate while training' grep -Eq '^epoch 1/2  .*[0-9]/s' lines
printf 'input 28x28x1 -> x\ndense 8\nnested -> z\nmirror sigmoid -> y\nloss mse y x\n' >cut.hg
hourglass train mnist-sample --model cut.hg --limit 100 --epochs 1 --out runs/cut -q >/dev/null 2>&1
run python3 terminal.py 80 hourglass eval runs/cut --codes
ok 'eval --codes shows how far it is with the model' has out '1/6  cut, code of 1  '
ok 'and with PCA' has out '6/6  PCA, code of 8  '
run python3 terminal.py 80 hourglass eval runs/cut --codes -q
ok 'but not with -q' lacks out '1/6  cut'
run hourglass eval runs/cut --codes
ok 'and not where there is no terminal' lacks err '1/6  cut'
run python3 terminal.py 80 hourglass bench infer --model pool --rounds 1 --threads 1
ok 'bench shows how far it is' sh -c "grep -qF '1/4  pool encode  ' out && grep -qF '4/4  pool open  ' out"
run python3 terminal.py 80 hourglass bench train --model pool --rounds 2 --threads 1
ok 'in training too' has out '2/2  pool  '
run python3 terminal.py 80 hourglass bench kernels --layers --sweep 2 --rounds 1
ok 'and with layers' has out '2/2  '
run python3 terminal.py 100 hourglass train mnist-sample --model deep --limit 300 --epochs 1 --out runs/wide
ok 'a wide one shows the bar and all figures' grep -Eq '━+.*loss 0\.[0-9]+  [0-9,]+ images/s  0:00 left' out
