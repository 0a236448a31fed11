"""Commands that destroy something are seen, however they are wrapped; harmless ones are not."""

from __future__ import annotations

import pytest

from llmgw_desktop.wire.shell.destructive import destroys

DESTROY = """
rm -rf build
rm -fr -- /tmp/x
rm --recursive old
sudo rm -r /var/lib/x
cd src && rm -rf .
bash -c 'rm -rf node_modules'
env X=1 timeout 5 rm -Rf a
find . -name '*.pyc' -delete
find . -type d -exec rm -rf {} +
git reset --hard
git -C app reset --hard HEAD~3
git clean -fdx
git push --force origin main
git push -f
git push --force-with-lease
git push origin +main
git push origin --delete topic
git push origin :topic
git checkout -- .
git checkout .
git restore src
git switch --discard-changes main
git branch -D topic
git stash drop
git stash clear
git reflog expire --expire=now --all
git gc --prune=now
git filter-branch --tree-filter x
git worktree remove --force x
git update-ref -d refs/heads/x
dd if=/dev/zero of=/dev/sda
mkfs.ext4 /dev/sdb1
wipefs -a /dev/sdb
shred -u key
truncate -s 0 log
cat x > /dev/sda
psql -c 'DROP TABLE users'
mysql -e "truncate table x"
sqlite3 a.db 'delete from users;'
dropdb prod
redis-cli FLUSHALL
docker system prune -af
docker compose down -v
kubectl delete ns prod
terraform destroy -auto-approve
aws s3 rm s3://b --recursive
rsync -a --delete a/ b/
chmod -R 777 /
Remove-Item -Recurse -Force build
rd /s /q build
del /s *.log
format d: /q
"""
HARMLESS = """
rm file.txt
rm -f file.txt
ls -R
git status
git reset HEAD~1
git reset --soft HEAD~1
git clean -n
git clean -nfd
git push origin main
git checkout main
git checkout -b topic
git restore --staged a
git branch -d merged
git stash
git stash list
git gc
dd if=a
find . -name rm
echo 'rm -rf /'
grep -rn "drop table" src
psql -c 'select 1'
docker ps
kubectl get pods
terraform plan
rsync -a a/ b/
chmod +x run.sh
cat /dev/null > log
cat README.md
del one.txt
"""


@pytest.mark.parametrize("command", DESTROY.strip().splitlines())
def test_what_destroys_is_seen(command: str) -> None:
    assert destroys(command)


@pytest.mark.parametrize("command", HARMLESS.strip().splitlines())
def test_what_does_not_is_not(command: str) -> None:
    assert destroys(command) == ""


@pytest.mark.parametrize(
    "command", ["rm -rf " + "(" * 5000, "rm -rf \ud800", "", "git", "rm " * 400_000]
)
def test_nothing_makes_it_fall(command: str) -> None:
    destroys(command)
