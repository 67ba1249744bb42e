class Documents {
    byte[] seal(byte[] document, PrivateKey key) throws GeneralSecurityException {
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initSign(key);
        rsa.update(document);
        log.info("sealed at {}", System.currentTimeMillis());
        return Base64.getEncoder().encode(rsa.sign());
    }
}
