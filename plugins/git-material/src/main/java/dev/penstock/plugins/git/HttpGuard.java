package dev.penstock.plugins.git;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.Locale;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/**
 * Connections to one server and to no other. JGit would follow redirects, and the alternates that a server lists, to
 * anywhere, and answer a 401 there with our password.
 */
final class HttpGuard implements HttpConnectionFactory {
    private static final List<Integer> REDIRECTS = List.of(301, 302, 303, 307, 308);

    private static final String ADVERTISEMENT = "application/x-git-upload-pack-advertisement";

    private final GitUrl url;
    private final Traffic traffic;

    HttpGuard(GitUrl url, Traffic traffic) {
        this.url = url;
        this.traffic = traffic;
    }

    @Override
    public HttpConnection create(URL request) throws IOException {
        return create(request, Proxy.NO_PROXY);
    }

    @Override
    public HttpConnection create(URL request, Proxy proxy) throws IOException {
        if (!url.leadsTo(URI.create(request.toExternalForm()))) {
            traffic.redirected(request.getProtocol() + "://" + request.getAuthority());
            throw new TransportException("Refused to leave " + url.shown());
        }
        return new Guarded(request, proxy);
    }

    private final class Guarded extends JDKHttpConnection {
        Guarded(URL request, Proxy proxy) throws IOException {
            super(request, proxy);
            super.setInstanceFollowRedirects(false);
        }

        @Override
        public void setInstanceFollowRedirects(boolean follow) {
            // Never.
        }

        @Override
        public int getResponseCode() throws IOException {
            int status = super.getResponseCode();
            traffic.answered(status);
            if (REDIRECTS.contains(status)) {
                String to = getHeaderField("Location");
                traffic.redirected(to == null ? "an unknown place" : to);
                throw new TransportException("Redirected by " + url.shown());
            }
            if (status == HTTP_OK && getURL().getPath().endsWith("/info/refs") && !ADVERTISEMENT.equals(type())) {
                // Perhaps a web page; perhaps the files of a repository on a plain web server. JGit would look through
                // those one by one, and wherever else they say that there are more.
                traffic.isNoGitServer(String.valueOf(getContentType()));
                throw new TransportException(url.shown() + " is no git server");
            }
            return status;
        }

        private String type() {
            String type = String.valueOf(getContentType());
            return type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return traffic.counted(super.getInputStream());
        }

        /** Kerberos and NTLM would answer with the identity of this process, which no definition named. */
        @Override
        public List<String> getHeaderFields(String name) {
            List<String> fields = super.getHeaderFields(name);
            return "WWW-Authenticate".equalsIgnoreCase(name)
                    ? fields.stream()
                            .filter(field -> field.toLowerCase(Locale.ROOT).startsWith("basic"))
                            .toList()
                    : fields;
        }
    }
}
