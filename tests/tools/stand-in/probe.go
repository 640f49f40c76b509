package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// defaultPorts are the ports that a client tries when its arguments name none.
var defaultPorts = map[string]int{
	"pg_isready": 5432, "psql": 5432,
	"mysqladmin": 3306, "mysql": 3306, "mariadb-admin": 3306,
	"redis-cli": 6379, "valkey-cli": 6379,
	"mongosh": 27017, "rabbitmq-diagnostics": 5672, "etcdctl": 2379,
}

// says is what a client prints on success, for checks that look for it.
var says = map[string]string{
	"redis-cli": "PONG", "valkey-cli": "PONG", "mysqladmin": "mysqld is alive", "mariadb-admin": "mysqld is alive",
	"celery": "-> celery@worker: OK\n        pong", "mongosh": "1",
}

var (
	urlIn = regexp.MustCompile(`https?://[^\s'"` + "`" + `)]+`)
	// A place in the words of a script: 127.0.0.1:80, ('127.0.0.1', 80), /dev/tcp/127.0.0.1/80, localhost 80.
	placeIn = regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\]|0\.0\.0\.0)['"]?\s*[:,/ ]\s*['"]?(\d{1,5})\b`)
	portIn  = regexp.MustCompile(`--port[= ](\d+)`)
)

// probe is a health check: 0 if what the arguments speak of answers, else 1.
func probe(name string, args []string) int {
	line := strings.Join(args, " ")
	if url := urlIn.FindString(line); url != "" {
		answer := request(url, "", "")
		if answer.Error != "" || answer.Status >= 400 {
			fmt.Fprintf(os.Stderr, "%s: %s: %d %s\n", name, url, answer.Status, answer.Error)
			return 1
		}
		fmt.Print(answer.Body)
		return 0
	}
	network, address := place(name, args)
	connection, err := net.DialTimeout(network, address, 2*time.Second)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	connection.Close()
	if text, known := says[name]; known {
		fmt.Println(text)
	} else {
		fmt.Println(address, "- accepting connections")
	}
	return 0
}

// place is where the arguments point; without a port in them, where the client's default or the service itself is.
func place(name string, args []string) (network, address string) {
	line := strings.Join(args, " ")
	if found := placeIn.FindStringSubmatch(line); found != nil {
		return "tcp", net.JoinHostPort("127.0.0.1", found[2])
	}
	portFlags := []string{"-p", "--port"}
	if strings.HasPrefix(name, "mysql") || strings.HasPrefix(name, "mariadb") {
		portFlags = []string{"-P", "--port"} // there, -p is the password
	}
	for i, arg := range args {
		for _, flag := range portFlags {
			text := ""
			switch {
			case arg == flag && i+1 < len(args):
				text = args[i+1]
			case strings.HasPrefix(arg, flag+"="):
				text = strings.TrimPrefix(arg, flag+"=")
			case !strings.HasPrefix(flag, "--") && strings.HasPrefix(arg, flag):
				text = strings.TrimPrefix(arg, flag)
			}
			if _, err := strconv.ParseUint(text, 10, 16); err == nil {
				return "tcp", net.JoinHostPort("127.0.0.1", text)
			}
		}
	}
	if port, known := defaultPorts[name]; known {
		return "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	// The first process of the container is `serve` and says its ports.
	if words, err := os.ReadFile("/proc/1/cmdline"); err == nil {
		spaced := strings.ReplaceAll(string(words), "\x00", " ")
		if found := portIn.FindStringSubmatch(spaced); found != nil {
			return "tcp", net.JoinHostPort("127.0.0.1", found[1])
		}
	}
	return "unix", lifeSocket
}
