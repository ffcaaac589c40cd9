"""shell.py - the shell that a page is run in: one folder, one command after the other, each with the variables and in the
folder that those before it have left. Standard output is what is compared; what a block has left running ends with the
page.
"""
import os
import shlex
import signal
import subprocess
import time

SCRIPT = '''cd "$(cat {state}/folder)"
. {state}/variables
export VARVE_MORE={more}
set -e
{commands}
set +e
export -p >{state}/variables
pwd >{state}/folder
'''


class Shell:
    def __init__(self, folder, state, limit_s):
        self.state, self.limit_s, self.processes = state, limit_s, []
        with open(f'{state}/folder', 'w') as file:
            file.write(folder)
        open(f'{state}/variables', 'w').close()

    def run(self, commands, more=None):
        """(exit status, standard output, standard error)"""
        script = SCRIPT.format(state=self.state, commands=commands, more=shlex.quote(more or ''))
        with open(f'{self.state}/out', 'w+') as out, open(f'{self.state}/err', 'w+') as err:
            process = subprocess.Popen(['sh', '-c', script], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       start_new_session=True)
            self.processes.append(process)
            code = self.wait(process)
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def wait(self, process):
        """Its exit status. It is not collected before end(), so that its number, the group's, stays its own."""
        until = time.monotonic() + self.limit_s
        while time.monotonic() < until:
            done = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if done is not None:
                return done.si_status if done.si_code == os.CLD_EXITED else -done.si_status
            time.sleep(0.01)
        return f'no end after {self.limit_s} seconds'

    def end(self):
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
