"""shell.py - the shell that a page is run in: one folder, one command after the other, each with the variables and in the
folder that those before it have left. Standard output is what is compared; what a block has left running ends with the
page.
"""
import os
import signal
import subprocess

SCRIPT = '''cd "$(cat {state}/folder)"
. {state}/variables
set -e
{commands}
set +e
export -p >{state}/variables
pwd >{state}/folder
'''


class Shell:
    def __init__(self, folder, state, limit_s):
        self.state, self.limit_s, self.groups = state, limit_s, []
        with open(f'{state}/folder', 'w') as file:
            file.write(folder)
        open(f'{state}/variables', 'w').close()

    def run(self, commands, more=None):
        """(exit status, standard output, standard error)"""
        environment = dict(os.environ, VARVE_MORE=more or '')
        script = SCRIPT.format(state=self.state, commands=commands)
        with open(f'{self.state}/out', 'w+') as out, open(f'{self.state}/err', 'w+') as err:
            process = subprocess.Popen(['sh', '-c', script], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env=environment, start_new_session=True)
            self.groups.append(process.pid)
            try:
                code = process.wait(self.limit_s)
            except subprocess.TimeoutExpired:
                code = f'no end after {self.limit_s} seconds'
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def end(self):
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
