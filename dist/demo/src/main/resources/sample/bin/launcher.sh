#!/bin/sh
# launcher.sh start | stop: runs springboard.jar in the background, as the application server of this machine.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
pid_file=$home/log/springboard.pid
java=java
[ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java

case "$1" in
    start)
        nohup "$java" -Xmx64m -jar "$home/webapps/springboard.jar" "$APP_PORT" >"$home/log/springboard.log" 2>&1 </dev/null &
        echo $! >"$pid_file"
        echo "started (pid $(cat "$pid_file"))"
        ;;
    stop)
        if [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
            kill "$(cat "$pid_file")"
            while kill -0 "$(cat "$pid_file")" 2>/dev/null; do sleep 0.1; done
            echo "stopped"
        fi
        rm -f "$pid_file"
        ;;
esac
